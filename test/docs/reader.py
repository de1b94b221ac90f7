"""Reads a store of rewind: written from src/store/FORMAT.md alone, in the standard library of Python.

    python3 reader.py PROJECT/.rewind

Checks every hash, CRC and id, and prints as JSON what the store holds: its refs, and of each run that
a ref names the manifest, the entries of its timeline and its block seeds. Numbers in brackets are the
sections of FORMAT.md.
"""

import hashlib
import json
import os
import re
import struct
import sys
import zlib

KINDS = ["chunk", "state", "tile", "program", "seeds", "run", "tag"]
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
    """A value behind a tag that this reader has no use for."""

    def __init__(self, tag, value):
        self.tag, self.value = tag, value


# --- [2] State encoding


def decode(data):
    value, end = item(data, 0)
    expect(end == len(data), "no bytes behind an encoding")
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
            expect(not sealed, "nothing behind the footer")
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
            import brotli
        except ImportError:
            raise SystemExit("reader.py: this store has records packed with brotli")
        payload = brotli.decompress(payload)
    expect(len(payload) == raw, "a payload of %d bytes" % raw)
    return payload


# --- [4] Timeline


class Timeline:
    def __init__(self, store, count, edge):
        self.store, self.count = store, count
        self.states, self.tiles = edge
        expect(len(self.states) == count % 64, "the edge's states")
        rest = count // 64
        for ids in self.tiles:
            expect(rest > 0 and len(ids) == rest % 64, "the edge's tiles")
            rest //= 64
        expect(rest == 0, "a level of the edge for each level of the tree")

    def entry(self, index):
        place, number = divmod(index, 64)
        if place == self.count // 64:
            return self.states[number]
        return self.children(place, 0)[number]

    def children(self, place, level):
        """The 64 things that tile number `place` of a level holds."""
        above, number = divmod(place, 64)
        if above == self.count // 64 ** (level + 2):
            tile_id = self.tiles[level][number]
        else:
            tile_id = self.children(above, level + 1)[number]
        found, entries = decode(self.store.get("tile", tile_id))
        expect(found == level and len(entries) == 64, "a tile of level %d" % level)
        return entries


def state_of(store, ref):
    """The encoding that a state ref names."""
    if isinstance(ref, bytes):
        return ref
    content = decode(store.get("state", ref[0]))
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
    """As much of the encoding as the root of a timeline needs."""
    if isinstance(value, int):
        return encode_head(0, value)
    if isinstance(value, bytes):
        return encode_head(2, len(value)) + value
    return encode_head(4, len(value)) + b"".join(encode(part) for part in value)


def root_of(steps, count, edge, final):
    content = encode([steps, count, edge, final])
    return sha256(b"timeline %d\0" % len(content) + content)


# --- [6] Seeds and generators


def stream_seed(master, stream, index):
    return sha256(
        b"rewind/seed/1".ljust(16, b"\0")
        + master.to_bytes(32, "big")
        + stream.ljust(16, b"\0")
        + index.to_bytes(8, "big")
    )


class Xoshiro:
    def __init__(self, seed):
        self.s = list(struct.unpack("<4I", seed[:16]))
        if not any(self.s):
            self.s = [0x9E3779B9, 0x243F6A88, 0xB7E15162, 0x6A09E667]

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


# --- [5] Runs


def describe_run(store, run_id):
    version, block_size, steps, goal, segments, edge, final, parents, meta = decode(
        store.get("run", run_id)
    )
    expect(version == 1, "a run of version 1")
    count = -(-steps // block_size)
    timeline = Timeline(store, count, edge)
    entries = [state_of(store, timeline.entry(k)) for k in range(count)]
    return {
        "blockSize": block_size,
        "steps": steps,
        "goal": goal,
        "root": root_of(steps, count, edge, final).hex(),
        "entries": [entry.hex() for entry in entries],
        "final": state_of(store, final).hex(),
        "parents": [[parent.hex(), step] for parent, step in parents],
        "message": meta.get("message"),
        "segments": [describe_segment(store, segment) for segment in segments],
        "seeds": [block_seed(store, segments, block_size, k).hex() for k in range(count)],
        "replayed": replayed(store, segments, block_size, steps, entries + [state_of(store, final)]),
    }


def describe_segment(store, segment):
    start, program_id, seeds_id, params, begin = segment
    name, module, export, source, generator, generator_version, packages = decode(
        store.get("program", program_id)
    )
    rule, master = decode(store.get("seeds", seeds_id))
    expect(rule == "block", "seeds by block")
    return {
        "start": start,
        "simulation": name,
        "generator": "%s %d" % (generator, generator_version),
        "seed": master,
        "params": params,
        "begin": begin and [state_of(store, begin[0]).hex(), begin[1].hex()],
    }


def segment_at(segments, step):
    return [segment for segment in segments if segment[0] <= step][-1]


def block_seed(store, segments, block_size, block):
    seeds = segment_at(segments, block * block_size)[2]
    return stream_seed(decode(store.get("seeds", seeds))[1], b"block", block)


def replayed(store, segments, block_size, steps, states):
    """Replays a random walk, x + (random() < p ? 1 : -1), and compares every checkpoint."""
    names = [decode(store.get("program", segment[1]))[0] for segment in segments]
    if set(names) != {"random-walk"}:
        return None
    x, rng = None, None
    for step in range(steps + 1):
        if step % block_size == 0 or step == steps:
            index = -(-step // block_size)
            begins = [s for s in segments if s[0] == step and s[4] is not None]
            expect(
                x is None or begins or decode(states[index]) == x,
                "the replay to give the state at step %d" % step,
            )
            x = decode(states[index])
        if step % block_size == 0:
            rng = Xoshiro(block_seed(store, segments, block_size, step // block_size))
        start, _, _, params, begin = segment_at(segments, step)
        if start == step and begin is not None:
            x, rng = decode(state_of(store, begin[0])), Xoshiro(begin[1])
        if step < steps:
            x += 1 if rng.random() < params["p"] else -1
    return x


def main(folder):
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
