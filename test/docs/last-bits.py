"""Draws of CPython and numpy, for last-bits.test.ts to compare with ours.

    python3 last-bits.py COUNT '["python", 42, "gauss", [0, 1]]' …

For each call, prints COUNT doubles, little-endian, that this method with these arguments draws from a
generator with this seed. Single float64 values of torch.randn are computed as PyTorch does: from its words,
which Python's twister draws as well, with log1p, sin and cos of the C library.
"""

import array
import json
import math
import random
import sys


def torch_normals(seed, count):
    words = [seed & 0xFFFFFFFF]
    for j in range(1, 624):
        words.append(1812433253 * (words[-1] ^ words[-1] >> 30) + j & 0xFFFFFFFF)
    twister = random.Random()
    twister.setstate((3, (*words, 624), None))

    def double():
        high = twister.getrandbits(32)
        return ((high << 32 | twister.getrandbits(32)) & 2**53 - 1) / 2**53

    while count > 0:
        angle = 2 * math.pi * double()
        radius = math.sqrt(-2 * math.log1p(-double()))
        yield radius * math.cos(angle)
        yield radius * math.sin(angle)
        count -= 2


def draws(count, generator, seed, method, arguments):
    if generator == "numpy":
        import numpy

        found = getattr(numpy.random.default_rng(seed), method)(*arguments, size=count)
        return array.array("d", found.astype(numpy.float64).tobytes())
    if generator == "torch":
        return array.array("d", torch_normals(seed, count))
    draw = getattr(random.Random(seed), method)
    return array.array("d", (draw(*arguments) for _ in range(count)))


for call in sys.argv[2:]:
    found = draws(int(sys.argv[1]), *json.loads(call))
    if sys.byteorder == "big":
        found.byteswap()
    sys.stdout.buffer.write(found.tobytes())
