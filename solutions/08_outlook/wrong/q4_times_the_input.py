# Multiplies by the input and not by its distance from the baseline.
def credits_by_path(x, baseline, network, steps):
    shares = (np.arange(steps) + 0.5) / steps
    points = baseline + shares[:, None, None] * (x - baseline)
    return x * slopes(points, *network).mean(axis=0)
