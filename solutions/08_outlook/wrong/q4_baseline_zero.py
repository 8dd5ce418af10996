# Starts from zero, whatever the baseline is.
def credits_by_path(x, baseline, network, steps):
    baseline = np.zeros_like(x[0])
    shares = (np.arange(steps) + 0.5) / steps
    points = baseline + shares[:, None, None] * (x - baseline)
    return (x - baseline) * slopes(points, *network).mean(axis=0)
