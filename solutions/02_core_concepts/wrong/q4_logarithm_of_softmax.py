# Takes the logarithm of the softmax, where a probability can be exactly 0.
def weighted_cross_entropy(labels, logits, weights):
    n, classes = logits.shape
    probs = np.exp(logits - logits.max(axis=1, keepdims=True))
    probs /= probs.sum(axis=1, keepdims=True)
    shares = weights[labels] / weights[labels].sum()
    loss = -np.sum(shares * np.log(probs[np.arange(n), labels]))
    return loss, shares[:, None] * (probs - np.eye(classes)[labels])
