# Forgets epsilon, which matters where the variance is small.
def layer_norm_backward(X, scale, epsilon, upstream):
    spread = X.std(axis=1, keepdims=True)
    normal = (X - X.mean(axis=1, keepdims=True)) / spread
    slope = upstream * scale
    through_variance = normal * np.mean(slope * normal, axis=1, keepdims=True)
    slope_x = (slope - slope.mean(axis=1, keepdims=True) - through_variance) / spread
    return slope_x, np.sum(upstream * normal, axis=0), upstream.sum(axis=0)
