# Takes the slope at the beginning of each piece.
def credits_by_path(x, baseline, network, steps):
    shares = (np.arange(steps)) / steps
    points = baseline + shares[:, None, None] * (x - baseline)
    return (x - baseline) * slopes(points, *network).mean(axis=0)
