# Returns the gradient of the sum, not of the mean.
def distil(logits, teacher, labels, temperature, share):
    def log_softmax(z):
        z = z - z.max(axis=1, keepdims=True)
        return z - np.log(np.exp(z).sum(axis=1, keepdims=True))

    hard, soft = log_softmax(logits), log_softmax(logits / temperature)
    target = log_softmax(teacher / temperature)
    rows = np.arange(len(labels))
    from_teacher = temperature**2 * np.sum(np.exp(target) * (target - soft), axis=1)
    loss = np.mean(share * from_teacher - (1 - share) * hard[rows, labels])
    slope_hard = np.exp(hard)
    slope_hard[rows, labels] -= 1
    slope_soft = temperature * (np.exp(soft) - np.exp(target))
    return loss, (share * slope_soft + (1 - share) * slope_hard)
