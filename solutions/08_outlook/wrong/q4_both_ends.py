# Spreads the places from end to end, both ends included.
def credits_by_path(x, baseline, network, steps):
    shares = np.linspace(0, 1, max(steps, 2))
    points = baseline + shares[:, None, None] * (x - baseline)
    return (x - baseline) * slopes(points, *network).mean(axis=0)
