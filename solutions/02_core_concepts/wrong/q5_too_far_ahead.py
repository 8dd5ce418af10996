# Looks a full last step ahead, as if the inertia lost nothing.
def nesterov(start, curvature, rate, beta, steps):
    w, m, path = start, 0, [start]
    for _ in range(steps):
        m = beta * m - rate * curvature * (w + m)
        w = w + m
        path.append(w)
    return np.array(path)
