# Forgets the scale on the way back to X.
def layer_norm_backward(X, scale, epsilon, upstream):
    spread = np.sqrt(X.var(axis=1, keepdims=True) + epsilon)
    normal = (X - X.mean(axis=1, keepdims=True)) / spread
    through_variance = normal * np.mean(upstream * normal, axis=1, keepdims=True)
    slope_x = (upstream - upstream.mean(axis=1, keepdims=True) - through_variance) / spread
    return slope_x, np.sum(upstream * normal, axis=0), upstream.sum(axis=0)
