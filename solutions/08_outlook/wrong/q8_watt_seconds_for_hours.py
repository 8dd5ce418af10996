# Takes a thousand joules for a kilowatt-hour.
def energy_above_idle(seconds, readings, wraps_at, idle_watts, grams_per_kwh):
    used = np.sum(np.diff(readings, axis=0) % wraps_at) / 1e6
    joules = used - idle_watts * (seconds[-1] - seconds[0])
    kwh = joules / 1e3
    return joules, kwh, kwh * grams_per_kwh
