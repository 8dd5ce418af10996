# Takes mean and variance over the batch: batch normalisation.
def layer_norm_backward(X, scale, epsilon, upstream):
    spread = np.sqrt(X.var(axis=0) + epsilon)
    normal = (X - X.mean(axis=0)) / spread
    slope = upstream * scale
    slope_x = (slope - slope.mean(axis=0) - normal * np.mean(slope * normal, axis=0)) / spread
    return slope_x, np.sum(upstream * normal, axis=0), upstream.sum(axis=0)
