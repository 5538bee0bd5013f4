"""The three-stage pipeline of benches/simulation.rs in SimPy; prints how many messages went through."""
import random

import simpy

MESSAGES, RATE, RATES = 200_000, 0.8, (1.0, 1.25, 1.6)


def main():
    rng, env = random.Random(2), simpy.Environment()
    stores = [simpy.Store(env) for _ in RATES]
    done = 0

    def arrivals():
        for _ in range(MESSAGES):
            yield env.timeout(rng.expovariate(RATE))
            stores[0].put(env.now)

    def stage(at):
        nonlocal done
        while True:
            message = yield stores[at].get()
            yield env.timeout(rng.expovariate(RATES[at]))
            if at + 1 < len(RATES):
                stores[at + 1].put(message)
            else:
                done += 1

    env.process(arrivals())
    for at in range(len(RATES)):
        env.process(stage(at))
    env.run()
    print(done)


main()
