# Goes from the input to the baseline, and has the sign of that way.
def credits_by_path(x, baseline, network, steps):
    shares = (np.arange(steps) + 0.5) / steps
    points = baseline + shares[:, None, None] * (x - baseline)
    return (baseline - x) * slopes(points, *network).mean(axis=0)
