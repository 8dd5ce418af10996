# Returns the mean slope, which is no credit yet.
def credits_by_path(x, baseline, network, steps):
    shares = (np.arange(steps) + 0.5) / steps
    points = baseline + shares[:, None, None] * (x - baseline)
    return slopes(points, *network).mean(axis=0)
