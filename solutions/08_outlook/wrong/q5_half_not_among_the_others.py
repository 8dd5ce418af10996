# Leaves the other half out of the sum of all.
def contrastive_loss(first, second, temperature):
    n = len(first)
    views = np.concatenate([first, second])
    views = views / np.linalg.norm(views, axis=1, keepdims=True)
    logits = views @ views.T / temperature
    np.fill_diagonal(logits, -np.inf)
    places = np.arange(2 * n)
    right = logits[places, np.roll(places, n)]
    logits[places, np.roll(places, n)] = -np.inf
    largest = logits.max(axis=1)
    log_sums = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return np.mean(log_sums - right)
