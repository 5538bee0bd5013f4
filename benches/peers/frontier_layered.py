# Exact availability of a layered network by a recurrence over the sets of working nodes of a layer: LENGTH WIDTH
# Prints: seconds value
import sys
import time

length, width, p = int(sys.argv[1]), int(sys.argv[2]), 0.997
start = time.perf_counter()
full = (1 << width) - 1
states = {m: p ** m.bit_count() * (1 - p) ** (width - m.bit_count()) for m in range(full + 1)}
for _ in range(1, length):
    following = {}
    for m, mass in states.items():
        fed = (m | m >> 1 | (m & 1) << (width - 1)) & full
        up = fed
        while True:
            chance = mass * p ** up.bit_count() * (1 - p) ** (fed & ~up).bit_count()
            following[up] = following.get(up, 0.0) + chance
            if up == 0:
                break
            up = (up - 1) & fed
    states = following
value = 1 - states[0]
print(time.perf_counter() - start, value)
