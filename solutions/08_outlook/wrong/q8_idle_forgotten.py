# Counts what the machine uses at idle.
def energy_above_idle(seconds, readings, wraps_at, idle_watts, grams_per_kwh):
    used = np.sum(np.diff(readings, axis=0) % wraps_at) / 1e6
    joules = used
    kwh = joules / 3.6e6
    return joules, kwh, kwh * grams_per_kwh
