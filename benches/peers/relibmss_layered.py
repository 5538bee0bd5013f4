# Exact availability of a layered network with PyPI relibmss (a BDD package): LENGTH WIDTH natural|layers-first|last-layer-first
# Prints: seconds value
import sys
import time

import relibmss as ms

length, width, order = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
sys.setrecursionlimit(100000)
start = time.perf_counter()
bss = ms.BSS()
part = [[bss.defvar(f"x{l}_{w}") for w in range(width)] for l in range(length)]
if order == "layers-first":
    bss.set_varorder([f"x{l}_{w}" for l in range(length) for w in range(width)])
elif order == "last-layer-first":
    bss.set_varorder([f"x{l}_{w}" for l in reversed(range(length)) for w in range(width)])
row = part[0]
for l in range(1, length):
    row = [part[l][w] & (row[w] | row[(w + 1) % width]) for w in range(width)]
top = row[0]
for node in row[1:]:
    top = top | node
value = bss.prob(top, {f"x{l}_{w}": 0.997 for l in range(length) for w in range(width)})
print(time.perf_counter() - start, value)
