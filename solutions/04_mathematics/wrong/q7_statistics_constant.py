# Treats mean and variance as constants.
def layer_norm_backward(X, scale, epsilon, upstream):
    spread = np.sqrt(X.var(axis=1, keepdims=True) + epsilon)
    normal = (X - X.mean(axis=1, keepdims=True)) / spread
    return upstream * scale / spread, np.sum(upstream * normal, axis=0), upstream.sum(axis=0)
