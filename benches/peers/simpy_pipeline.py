"""The three-stage pipeline of benches/simulation.rs in SimPy; prints messages a second."""
import random
import time

import simpy

MESSAGES, RATE, RATES = 200_000, 0.8, (1.0, 1.25, 1.6)


def main():
    rng, env = random.Random(2), simpy.Environment()
    stores = [simpy.Store(env) for _ in RATES]

    def arrivals():
        for _ in range(MESSAGES):
            yield env.timeout(rng.expovariate(RATE))
            stores[0].put(env.now)

    def stage(at):
        while True:
            message = yield stores[at].get()
            yield env.timeout(rng.expovariate(RATES[at]))
            if at + 1 < len(RATES):
                stores[at + 1].put(message)

    env.process(arrivals())
    for at in range(len(RATES)):
        env.process(stage(at))
    start = time.perf_counter()
    env.run()
    print(MESSAGES / (time.perf_counter() - start))


main()
