# Looks for the other half among the other versions only.
def contrastive_loss(first, second, temperature):
    first, second = (views / np.linalg.norm(views, axis=1, keepdims=True) for views in (first, second))
    losses = []
    for logits in (first @ second.T / temperature, second @ first.T / temperature):
        largest = logits.max(axis=1)
        log_sums = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
        losses.append(log_sums - np.diag(logits))
    return np.mean(losses)
