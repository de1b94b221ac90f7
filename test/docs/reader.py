"""Reads a store of rewind: written from src/store/FORMAT.md alone, in the standard library of Python.

    python3 reader.py PROJECT/.rewind
    python3 reader.py FILE.replay

Checks every hash, CRC and id, and prints as JSON what the store holds: its refs, and of each run that
a ref names the manifest, the entries of its timeline and its seeds. Runs of the two simulations that it
knows (MODELS) it replays from step 0, whatever their generator and seed rule, compares every checkpoint
with what is stored, and prints the state at each step. Numbers in brackets are the sections of FORMAT.md.
"""

import hashlib
import json
import os
import random
import re
import struct
import subprocess
import sys
import zlib

KINDS = ["chunk", "state", "tile", "program", "seeds", "run", "tag", "params"]
KINDS += ["observed", "summary", "ensemble", "rows", "results"]
TIP, FOOTER = 0xFE, 0xFF


def sha256(data):
    return hashlib.sha256(data).digest()


def expect(holds, what):
    if not holds:
        raise SystemExit("reader.py: expected " + what)


class Undefined:
    def __repr__(self):
        return "undefined"


class Tagged:
    """A value with a tag that this reader does not need."""

    def __init__(self, tag, value):
        self.tag, self.value = tag, value


# --- [2] State encoding


def decode(data):
    value, end = item(data, 0)
    expect(end == len(data), "no bytes after an encoding")
    return value


def head(data, at):
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if major == 7 or info < 24:
        return major, info, at
    expect(info <= 27, "a definite length")
    size = 1 << (info - 24)
    argument = int.from_bytes(data[at : at + size], "big")
    expect(argument >= [24, 1 << 8, 1 << 16, 1 << 32][info - 24], "a head in the fewest bytes")
    return major, argument, at + size


def item(data, at):
    major, argument, at = head(data, at)
    if major == 0:
        return argument, at
    if major == 1:
        return -1 - argument, at
    if major in (2, 3):
        expect(at + argument <= len(data), "a text or byte string that is whole")
        part = data[at : at + argument]
        return (part if major == 2 else part.decode("utf-8")), at + argument
    if major == 4:
        items = []
        for _ in range(argument):
            value, at = item(data, at)
            items.append(value)
        return items, at
    if major == 5:
        fields = {}
        for _ in range(argument):
            key, at = item(data, at)
            expect(key not in fields, "each key once")
            fields[key], at = item(data, at)
        return fields, at
    if major == 6:
        value, at = item(data, at)
        if argument == 2:
            return int.from_bytes(value, "big"), at
        if argument == 3:
            return -1 - int.from_bytes(value, "big"), at
        return Tagged(argument, value), at
    return simple(data, argument, at)


def simple(data, info, at):
    if info == 27:
        return struct.unpack(">d", data[at : at + 8])[0], at + 8
    if info == 25:
        halves = {0x7E00: float("nan"), 0x7C00: float("inf"), 0xFC00: float("-inf"), 0x8000: -0.0}
        half = int.from_bytes(data[at : at + 2], "big")
        expect(half in halves, "NaN, an infinity or -0 as a half float")
        return halves[half], at + 2
    values = {20: False, 21: True, 22: None, 23: Undefined()}
    expect(info in values, "a value of the state encoding")
    return values[info], at


# --- [3] Objects


def object_id(kind, body):
    return sha256(b"%s %d\0" % (kind.encode(), len(body)) + body)


class Store:
    def __init__(self, folder):
        self.folder = folder
        config = json.loads(self.text("config"))
        expect(config["format"] == 1, "a store of format 1")
        self.objects = {}
        self.packs = 0
        for name in sorted(os.listdir(os.path.join(folder, "objects"))):
            if name.endswith(".pack"):
                self.read_pack(name)

    def text(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def bytes(self, name):
        with open(os.path.join(self.folder, "objects", name), "rb") as file:
            return file.read()

    def get(self, kind, name):
        expect(name in self.objects, "the %s %s" % (kind, name.hex()))
        found, body = self.objects[name]
        expect(found == kind, "a %s, got a %s" % (kind, found))
        return body

    # --- [7] Packs

    def read_pack(self, name):
        data = self.bytes(name)
        expect(data[:16] == b"rewind pack v001", "the header of a pack")
        places, at, sealed = {}, 16, False
        while at < len(data):
            expect(not sealed, "nothing after the footer")
            magic, kind, codec, zeros, raw, stored, name_bytes, crc = struct.unpack(
                "<4sBBHII32sI", data[at : at + 52]
            )
            expect(magic == b"RWND" and zeros == 0, "a record at %d" % at)
            payload = data[at + 52 : at + 52 + stored]
            expect(zlib.crc32(payload, zlib.crc32(data[at : at + 48])) == crc, "the CRC at %d" % at)
            body = unpacked(payload, codec, raw)
            if kind == FOOTER:
                sealed = True
                expect(sha256(data[:at]) == name_bytes, "the content hash in the footer")
                expect(decode(body) == [len(places)], "the number of objects in the footer")
                content_hash = name_bytes
            elif kind == TIP:
                expect(name_bytes == bytes(32), "zeros as the id of a tip")
            else:
                expect(object_id(KINDS[kind], body) == name_bytes, "the id at %d" % at)
                places[name_bytes] = at
                self.objects[name_bytes] = (KINDS[kind], body)
            at += 52 + stored
        if name.startswith("journal-"):
            return
        expect(sealed and name == "pack-%s.pack" % content_hash.hex(), "a pack named for its content")
        self.check_index(name.replace(".pack", ".idx"), places, content_hash)
        self.packs += 1

    # --- [8] Indexes

    def check_index(self, name, places, content_hash):
        data = self.bytes(name)
        expect(data[:16] == b"rewind index v01", "the header of an index")
        fanout = struct.unpack("<256I", data[16:1040])
        count = fanout[255]
        expect(len(data) == 1104 + 40 * count, "an index of this length")
        ids = [data[1040 + 32 * i : 1072 + 32 * i] for i in range(count)]
        expect(ids == sorted(places), "the ids of the pack, ascending")
        expect(all(fanout[b] == sum(i[0] <= b for i in ids) for b in range(256)), "the fanout")
        numbers = struct.unpack("<%dQ" % count, data[1040 + 32 * count : 1040 + 40 * count])
        expect(list(numbers) == [places[i] for i in ids], "the places of the ids")
        expect(data[-64:-32] == content_hash, "the pack's hash in its index")
        expect(data[-32:] == sha256(data[:-32]), "the hash of the index")

    # --- [10] Refs

    def refs(self):
        found = {}
        for folder, _, names in os.walk(os.path.join(self.folder, "refs")):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), self.folder).replace(os.sep, "/")
                found[path] = self.text(path).strip()
        return found


def unpacked(payload, codec, raw):
    if codec == 1:
        try:
            payload = subprocess.run(["brotli", "-dc"], input=payload, stdout=-1, check=True).stdout
        except FileNotFoundError:
            raise SystemExit("reader.py: expected the program brotli, for records that it packed")
    expect(len(payload) == raw, "a payload of %d bytes" % raw)
    return payload


# --- [4] Timeline


class Timeline:
    def __init__(self, store, count, edge):
        self.store, self.count = store, count
        self.states, self.witnesses, self.tiles = edge
        expect(len(self.states) == count % 64, "the edge's states")
        expect(len(self.witnesses) == 4 * len(self.states), "the edge's witnesses")
        rest = count // 64
        for ids in self.tiles:
            expect(rest > 0 and len(ids) == rest % 64, "the edge's tiles")
            rest //= 64
        expect(rest == 0, "a level of the edge for each level of the tree")

    def entry(self, index):
        """The state ref and the witness of an entry."""
        place, number = divmod(index, 64)
        if place == self.count // 64:
            states, witnesses = self.states, self.witnesses
        else:
            states, witnesses = self.tile(place, 0)
            expect(len(witnesses) == 4 * 64, "the witnesses of a tile")
        return states[number], *struct.unpack_from("<I", witnesses, 4 * number)

    def tile(self, place, level):
        """The content of tile number `place` of a level, without the level."""
        above, number = divmod(place, 64)
        if above == self.count // 64 ** (level + 2):
            tile_id = self.tiles[level][number]
        else:
            tile_id = self.tile(above, level + 1)[0][number]
        found, *fields = decode(self.store.get("tile", tile_id))
        expect(found == level and len(fields[0]) == 64, "a tile of level %d" % level)
        return fields


def state_of(store, ref):
    """The encoding that a state ref names."""
    return ref if isinstance(ref, bytes) else content_of(store, "state", ref[0])


def params_of(store, ref):
    """The params of a segment. Long ones are a separate object."""
    if not isinstance(ref, bytes):
        return ref
    encoding = content_of(store, "params", ref)
    expect(len(encoding) > 256, "params of over 256 bytes in an object of their own")
    return decode(encoding)


def content_of(store, kind, name):
    """The encoding that an object holds, whole or in chunks."""
    content = decode(store.get(kind, name))
    if len(content) == 1:
        return content[0]
    length, ids = content
    encoding = b"".join(store.get("chunk", i) for i in ids)
    expect(len(encoding) == length, "chunks of this length altogether")
    parts = [encoding[start:end] for start, end in cuts(encoding)]
    expect([object_id("chunk", part) for part in parts] == ids, "chunks cut where the content says")
    return encoding


# --- [12] Chunks


def gear_table():
    table, x = [], 0x72657769
    for _ in range(256):
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        table.append(x)
    return table


GEAR = gear_table()


def cuts(encoding):
    start = 0
    while start < len(encoding):
        end = cut(encoding, start)
        yield start, end
        start = end


def cut(encoding, start):
    if len(encoding) - start <= 16384:
        return len(encoding)
    most = min(start + 65536, len(encoding))
    h = 0
    for at in range(start + 16384 - 32, start + 16384):
        h = (2 * h + GEAR[encoding[at]]) & 0xFFFFFFFF
    normal = min(start + 32768, most)
    for at in range(start + 16384, most):
        h = (2 * h + GEAR[encoding[at]]) & 0xFFFFFFFF
        if h >> (16 if at < normal else 19) == 0:
            return at + 1
    return most


def encode_head(major, argument):
    if argument < 24:
        return bytes([major << 5 | argument])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes([major << 5 | info]) + argument.to_bytes(size, "big")
    raise ValueError(argument)


def encode(value):
    """The part of the encoding that roots of timelines and the states below need."""
    if isinstance(value, float):
        return encode_number(value)
    if isinstance(value, int):
        return encode_head(0, value) if value >= 0 else encode_head(1, -1 - value)
    if isinstance(value, bytes):
        return encode_head(2, len(value)) + value
    if isinstance(value, str):
        return encode_head(3, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        parts = [encode(part) for entry in value.items() for part in entry]
        return encode_head(5, len(value)) + b"".join(parts)
    return encode_head(4, len(value)) + b"".join(encode(part) for part in value)


def encode_number(value):
    if value != value:
        return bytes.fromhex("f97e00")
    if value in (float("inf"), float("-inf")):
        return bytes.fromhex("f97c00" if value > 0 else "f9fc00")
    if value == 0 and str(value) == "-0.0":
        return bytes.fromhex("f98000")
    if value.is_integer() and abs(value) < 2**53:
        return encode(int(value))
    return b"\xfb" + struct.pack(">d", value)


def root_of(steps, count, edge, final):
    content = encode([steps, count, edge, final])
    return sha256(b"timeline %d\0" % len(content) + content)


# --- [6] Seeds and generators


def stream_seed(master, stream, index):
    return sha256(
        b"rewind/seed/1".ljust(16, b"\0")
        + master.to_bytes(32, "big")
        + stream.encode().ljust(16, b"\0")
        + index.to_bytes(8, "big")
    )


def named_seed(master, name):
    return sha256(b"rewind/stream/1".ljust(16, b"\0") + master.to_bytes(32, "big") + name.encode())


class Xoshiro:
    def __init__(self, words):
        self.s = words if any(words) else [0x9E3779B9, 0x243F6A88, 0xB7E15162, 0x6A09E667]

    @classmethod
    def of_number(cls, number):
        return cls.of_seed(stream_seed(number, "direct", 0))

    @classmethod
    def of_seed(cls, seed):
        return cls(list(struct.unpack("<4I", seed[:16])))

    @classmethod
    def of_state(cls, state):
        return cls(list(struct.unpack("<4I", state)))

    def state(self):
        return struct.pack("<4I", *self.s)

    def uint32(self):
        s = self.s
        result = (rotate((s[0] + s[3]) & 0xFFFFFFFF, 7) + s[0]) & 0xFFFFFFFF
        shifted = s[1] << 9 & 0xFFFFFFFF
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotate(s[3], 11)
        return result

    def random(self):
        high = self.uint32() >> 5
        low = self.uint32() >> 6
        return (high * 2**26 + low) / 2**53


def rotate(word, bits):
    return (word << bits | word >> (32 - bits)) & 0xFFFFFFFF


class Numpy:
    """Needs numpy: FORMAT.md names the generator, but does not say how it draws."""

    def __init__(self, bits):
        import numpy

        self.numpy, self.bits, self.drawn = numpy, bits, 0
        self.generator = numpy.random.Generator(bits)

    @classmethod
    def of_number(cls, number):
        import numpy

        return cls(numpy.random.PCG64(number))

    @classmethod
    def of_seed(cls, seed):
        return cls.of_number(int.from_bytes(seed, "little"))

    @classmethod
    def of_state(cls, state):
        words, increment = (int.from_bytes(state[at : at + 16], "little") for at in (0, 16))
        expect(len(state) == 37, "37 bytes as the state of numpy")
        made = cls.of_number(0)
        made.set(words, increment, *struct.unpack("<BI", state[32:]))
        return made

    @classmethod
    def of_position(cls, number, position):
        code, at = read_number(position, 0)
        made = cls.of_number(number)
        made.drawn = code >> 1
        made.bits.advance(made.drawn)
        if code & 1:
            inner = made.bits.state["state"]
            made.set(inner["state"], inner["inc"], 1, *struct.unpack("<I", position[at:]))
        else:
            expect(at == len(position), "no bytes after a position")
        return made

    def set(self, words, increment, has32, spare):
        self.bits.state = {
            "bit_generator": "PCG64",
            "state": {"state": words, "inc": increment},
            "has_uint32": has32,
            "uinteger": spare,
        }

    def state(self):
        found = self.bits.state
        inner, has32 = found["state"], found["has_uint32"]
        wide = (inner[key].to_bytes(16, "little") for key in ("state", "inc"))
        return b"".join(wide) + struct.pack("<BI", has32, has32 and found["uinteger"])

    def position(self):
        found = self.bits.state
        has32 = found["has_uint32"]
        return number_bytes(2 * self.drawn + has32) + struct.pack("<I", found["uinteger"])[: 4 * has32]

    def uint32(self):
        self.drawn += 1 - self.bits.state["has_uint32"]
        return int(self.generator.integers(2**32, dtype=self.numpy.uint32))

    def random(self):
        self.drawn += 1
        return float(self.generator.random())


class Python:
    def __init__(self, generator):
        self.generator = generator

    @classmethod
    def of_number(cls, number):
        return cls(random.Random(number))

    @classmethod
    def of_seed(cls, seed):
        return cls.of_number(int.from_bytes(seed, "little"))

    @classmethod
    def of_state(cls, state):
        magic, drawn, kept, deviate, *words = struct.unpack("<4sHHd624I", state)
        expect(magic == b"PyMT", "a state of python")
        made = cls.of_number(0)
        made.generator.setstate((3, (*words, drawn), deviate if kept else None))
        return made

    def state(self):
        _, (*words, drawn), deviate = self.generator.getstate()
        return struct.pack("<4sHHd624I", b"PyMT", drawn, deviate is not None, deviate or 0, *words)

    def uint32(self):
        return self.generator.getrandbits(32)

    def random(self):
        return self.generator.random()


class Torch:
    """Needs no torch: its words come from the twister that Python also has."""

    def __init__(self, seed, drawn, flags, version, spare_float, spare, words):
        expect(version == 45, "the draws of torch 1.13")
        self.seed, self.flags, self.spares = seed, flags, (spare_float, spare)
        self.twister = random.Random()
        self.twister.setstate((3, (*words, drawn), None))

    @classmethod
    def of_number(cls, number):
        words = [number & 0xFFFFFFFF]
        for j in range(1, 624):
            before = words[-1]
            words.append(1812433253 * (before ^ before >> 30) + j & 0xFFFFFFFF)
        return cls(number, 624, 1, 45, 0, 0, words)

    @classmethod
    def of_seed(cls, seed):
        words = random.Random(int.from_bytes(seed, "little")).getstate()[1][:624]
        return cls(int.from_bytes(seed[:8], "little"), 624, 1, 45, 0, 0, words)

    @classmethod
    def of_state(cls, state):
        *others, = struct.unpack("<QHBBfd624I", state)
        return cls(*others[:6], others[6:])

    def state(self):
        _, (*words, drawn), _ = self.twister.getstate()
        return struct.pack("<QHBBfd624I", self.seed, drawn, self.flags, 45, *self.spares, *words)

    def uint32(self):
        self.flags &= ~1
        return self.twister.getrandbits(32)

    def random(self):
        high = self.uint32()
        return ((high << 32 | self.uint32()) & 2**53 - 1) / 2**53


GENERATORS = {"xoshiro128++": Xoshiro, "numpy": Numpy, "python": Python, "torch": Torch}


def read_number(data, at):
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def number_bytes(value):
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


class Streams:
    """The generators at one place in a run: the main one and the named ones."""

    def __init__(self, main, make, named=()):
        self.main, self.make, self.named = main, make, dict(named)

    def stream(self, name):
        if name not in self.named:
            self.named[name] = self.make(name)
        return self.named[name]


# --- [5] Runs


class Segment:
    def __init__(self, store, fields, block_size):
        self.start, program, seeds, params, begin = fields
        self.params = params_of(store, params)
        self.simulation, _, _, _, self.generator, self.version, *_ = decode(
            store.get("program", program)
        )
        self.rule, self.master = decode(store.get("seeds", seeds))
        expect(self.rule in ("block", "step", "continuous"), "a seed rule that is known")
        self.block_size = block_size
        self.kind = GENERATORS.get(self.generator)
        self.begin = begin and [state_of(store, begin[0]), *begin[1:]]

    def begins(self, step):
        """Whether the generators are seeded anew at a step."""
        return self.rule == "step" or (self.rule == "block" and step % self.block_size == 0)

    def fresh(self, step):
        """The generators as they stand at the start of the block, step or run."""
        if self.rule == "continuous":
            return Streams(
                self.kind.of_number(self.master),
                lambda name: self.kind.of_seed(named_seed(self.master, name)),
            )
        return self.seeded(self.rule, step if self.rule == "step" else step // self.block_size)

    def of_init(self):
        return self.fresh(0) if self.rule == "continuous" else self.seeded("init", 0)

    def seeded(self, stream, index):
        def make(name):
            master = int.from_bytes(named_seed(self.master, name), "big")
            return self.kind.of_seed(stream_seed(master, stream, index))

        return Streams(self.kind.of_seed(stream_seed(self.master, stream, index)), make)

    def restored(self, step, main, named):
        """The generators with these states."""
        return Streams(
            self.kind.of_position(self.master, main)
            if self.rule == "continuous" and self.kind is Numpy
            else self.kind.of_state(main),
            self.fresh(step).make,
            [(name, self.kind.of_state(state)) for name, state in named],
        )

    def states(self, streams):
        """The generators in a checkpoint, before the state."""
        if self.rule != "continuous":
            return b""
        main = streams.main
        named = sorted(streams.named.items(), key=lambda entry: entry[0].encode("utf-16-be"))
        parts = [main.position() if self.kind is Numpy else main.state(), len(named)]
        for name, generator in named:
            parts += [name.encode(), generator.state()]
        return b"".join(
            number_bytes(part) if isinstance(part, int) else number_bytes(len(part)) + part
            for part in parts
        )

    def encoded_state(self, checkpoint):
        """The state that a state ref of the timeline leads to."""
        if self.rule != "continuous":
            return checkpoint
        length, at = read_number(checkpoint, 0)
        count, at = read_number(checkpoint, at + length)
        for _ in range(2 * count):
            length, at = read_number(checkpoint, at)
            at += length
        return checkpoint[at:]


def describe_run(store, run_id):
    version, block_size, steps, goal, segments, edge, final, parents, meta = decode(
        store.get("run", run_id)
    )
    expect(version == 1, "a run of version 1")
    count = -(-steps // block_size)
    timeline = Timeline(store, count, edge)
    leaves = [timeline.entry(k) for k in range(count)]
    entries = [state_of(store, ref) for ref, _ in leaves]
    segments = [Segment(store, fields, block_size) for fields in segments]
    return {
        "blockSize": block_size,
        "steps": steps,
        "goal": goal,
        "root": root_of(steps, count, edge, final).hex(),
        "entries": [entry.hex() for entry in entries],
        "final": state_of(store, final).hex(),
        "parents": [[parent.hex(), step] for parent, step in parents],
        "message": meta.get("message"),
        "segments": [describe_segment(segment) for segment in segments],
        "seeds": [block_seed(segments, block_size, k) for k in range(count)],
        "states": replayed(
            segments,
            block_size,
            steps,
            entries + [state_of(store, final)],
            [witness for _, witness in leaves],
        ),
    }


def describe_segment(segment):
    return {
        "start": segment.start,
        "simulation": segment.simulation,
        "generator": "%s %d" % (segment.generator, segment.version),
        "rule": segment.rule,
        "seed": segment.master,
        "params": segment.params,
        "begins": segment.begin is not None,
    }


# --- [4] Witnesses


def scatter(block, index):
    mask = 0xFFFFFFFF
    h = ((block + 1) * 0x9E3779B1 ^ (index + 1) * 0x7FEB352D) & mask
    h = (h ^ h >> 16) * 0x85EBCA6B & mask
    h = (h ^ h >> 13) * 0xC2B2AE35 & mask
    return h ^ h >> 16


def digested_steps(start, length, block_size):
    """The steps of a stretch whose states are in its witness. `length` is the length of its first encoding."""
    block = start // block_size
    end = (block + 1) * block_size
    if start + 1 == end:
        return set()
    places = end - start - 2
    more = min(3 if length <= 64 else 1 if length <= 1024 else 0, places)
    return {start + 1} | {start + 2 + scatter(block, i) % places for i in range(more)}


class Witness:
    """The witness of one stretch, computed during a replay."""

    def __init__(self, start, encoding, block_size, recorded):
        self.steps = digested_steps(start, len(encoding), block_size)
        self.recorded, self.crc = recorded, 0

    def see(self, step, state):
        if step in self.steps:
            self.crc = zlib.crc32(encode(state), self.crc)

    def check(self, step):
        expect(self.crc == self.recorded, "the witness of the steps up to %d" % step)


def segment_at(segments, step):
    return [segment for segment in segments if segment.start <= step][-1]


def block_seed(segments, block_size, block):
    segment = segment_at(segments, block * block_size)
    return stream_seed(segment.master, "block", block).hex() if segment.rule == "block" else None


class Walk:
    @staticmethod
    def init(streams):
        return 0

    @staticmethod
    def step(x, streams, step, params):
        return x + (1 if streams.main.random() < params["p"] else -1)


class Colony:
    @staticmethod
    def init(streams):
        return {"size": 10 + streams.main.random(), "food": streams.stream("food").random(), "odd": 0}

    @staticmethod
    def step(state, streams, step, params):
        state = {**state}
        state["size"] += 1 if streams.main.random() < params["p"] else -1
        if step % 3 == 1:
            state["food"] = streams.stream("food").random()
        if step % 5 == 4:
            state["odd"] = streams.main.uint32()
        if step % 11 == 10:
            for name in ("\ufb01sh", "\U0001f41d"):
                state["odd"] += streams.stream(name).uint32()
        return state


MODELS = {"random-walk": Walk, "colony": Colony}


def replayed(segments, block_size, steps, checkpoints, witnesses):
    """Replays a run from `init`, compares everything that is stored, and gives the state at each step."""
    models = {MODELS.get(segment.simulation) for segment in segments}
    if len(models) > 1 or None in models:
        return None
    (model,) = models
    states, streams, state, witness = [], segments[0].of_init(), None, None
    if segments[0].begin is None:
        state = model.init(streams)
    for step in range(steps + 1):
        segment = segment_at(segments, step)
        if segment.start == step and segment.begin is not None:
            encoded, main, recorded, *named = segment.begin
            state = decode(encoded)
            streams = segment.restored(step, main, *named or [[]])
            if step % block_size == 0:
                expect(recorded == 0, "no witness where the timeline has it")
            else:
                witness.check(step)
                witness = Witness(step, encoded, block_size, recorded)
        if step % block_size == 0 and step < steps:
            if witness is not None:
                witness.check(step)
            witness = Witness(step, encode(state), block_size, witnesses[step // block_size])
        if step % block_size == 0 or step == steps:
            stored = checkpoints[-(-step // block_size)]
            expect(stored.startswith(segment.states(streams)), "the generators at step %d" % step)
            expect(
                decode(segment.encoded_state(stored)) == state,
                "the replay to give the state at step %d" % step,
            )
        states.append(state)
        if segment.begins(step):
            streams = segment.fresh(step)
        if step < steps:
            witness.see(step, state)
            state = model.step(state, streams, step, segment.params)
    if witness is not None:
        witness.check(steps)
    return states


# --- [11] .replay files


def read_replay(name):
    """The runs of a file with their names, and its objects in their order."""
    with open(name, "rb") as file:
        data = file.read()
    expect(data[:16] == b"rewind replay v1", "the header of a .replay file")
    expect(data[-32:] == sha256(data[:-32]), "the hash at the end of the file")
    (length,) = struct.unpack("<I", data[16:20])
    lists = [[[run.hex(), names] for run, names in some] for some in decode(data[20 : 20 + length])]
    objects, at = [], 20 + length
    while True:
        raw, packed = struct.unpack("<II", data[at : at + 8])
        at += 8
        if raw == packed == 0:
            break
        objects += objects_of(unpacked(data[at : at + packed], 1, raw))
        at += packed
    expect(at == len(data) - 32, "nothing between the frames and the hash")
    runs, requires = lists
    found = [name for name, kind in objects if kind == "run"]
    expect(found == [run for run, _ in runs], "the listed runs, in their order")
    expect(len({name for name, _ in objects}) == len(objects), "each object once")
    return {"runs": runs, "requires": requires, "objects": objects}


def objects_of(frame):
    at, objects = 0, []
    while at < len(frame):
        kind, length = struct.unpack("<BI", frame[at : at + 5])
        body = frame[at + 5 : at + 5 + length]
        expect(len(body) == length, "a whole object")
        objects.append([object_id(KINDS[kind], body).hex(), KINDS[kind]])
        at += 5 + length
    return objects


def main(folder):
    if os.path.isfile(folder):
        json.dump(read_replay(folder), sys.stdout)
        return
    store = Store(folder)
    refs = store.refs()
    named = sorted(set(refs.values()))
    expect(all(re.fullmatch("[0-9a-f]{64}", name) for name in named), "ids in refs")
    result = {
        "head": store.text("HEAD").splitlines(),
        "refs": refs,
        "packs": store.packs,
        "objects": sorted([name.hex(), kind] for name, (kind, _) in store.objects.items()),
        "runs": {name: describe_run(store, bytes.fromhex(name)) for name in named},
    }
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
