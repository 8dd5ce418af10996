# Takes the deviation for the standard error.
def best_remedy(train, valid):
    gains = valid - valid[0]
    errors = gains.std(axis=1, ddof=1)
    helps = gains.mean(axis=1) >= 2 * errors
    helps[0] = False
    best = np.argmax(np.where(helps, valid.mean(axis=1), -np.inf)) if helps.any() else 0
    return int(best), np.mean(train - valid, axis=1)
