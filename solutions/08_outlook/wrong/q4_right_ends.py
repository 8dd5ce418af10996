# Takes the slope at the end of each piece.
def credits_by_path(x, baseline, network, steps):
    shares = (np.arange(steps) + 1) / steps
    points = baseline + shares[:, None, None] * (x - baseline)
    return (x - baseline) * slopes(points, *network).mean(axis=0)
