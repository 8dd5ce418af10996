# Does not scale to length 1.
def contrastive_loss(first, second, temperature):
    n = len(first)
    views = np.concatenate([first, second])
    logits = views @ views.T / temperature
    np.fill_diagonal(logits, -np.inf)
    largest = logits.max(axis=1)
    log_sums = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    places = np.arange(2 * n)
    return np.mean(log_sums - logits[places, np.roll(places, n)])
