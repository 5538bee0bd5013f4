"""Time in the system of three single-server stages in a row, in SimPy: the mean of several runs, and its standard error."""
import random
import statistics

import simpy

RATE, RATES, CUSTOMERS, RUNS = 0.8, (1.0, 1.25, 1.6), 20_000, 10


def run(seed):
    rng, env = random.Random(seed), simpy.Environment()
    servers = [simpy.Resource(env, 1) for _ in RATES]
    times = []

    def customer():
        arrived = env.now
        for server, rate in zip(servers, RATES):
            with server.request() as turn:
                yield turn
                yield env.timeout(rng.expovariate(rate))
        times.append(env.now - arrived)

    def arrivals():
        for _ in range(CUSTOMERS):
            yield env.timeout(rng.expovariate(RATE))
            env.process(customer())

    env.process(arrivals())
    env.run()
    return statistics.fmean(times)


means = [run(seed) for seed in range(RUNS)]
print(statistics.fmean(means), statistics.stdev(means) / RUNS ** 0.5)
