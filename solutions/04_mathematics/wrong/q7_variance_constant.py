# Leaves out the path through the variance.
def layer_norm_backward(X, scale, epsilon, upstream):
    spread = np.sqrt(X.var(axis=1, keepdims=True) + epsilon)
    normal = (X - X.mean(axis=1, keepdims=True)) / spread
    slope = upstream * scale
    return (
        (slope - slope.mean(axis=1, keepdims=True)) / spread,
        np.sum(upstream * normal, axis=0),
        upstream.sum(axis=0),
    )
