# Adds up the slopes.
def credits_by_path(x, baseline, network, steps):
    shares = (np.arange(steps) + 0.5) / steps
    points = baseline + shares[:, None, None] * (x - baseline)
    return (x - baseline) * slopes(points, *network).sum(axis=0)
