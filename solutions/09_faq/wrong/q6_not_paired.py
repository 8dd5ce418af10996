# Compares as if the runs did not share their seeds.
def best_remedy(train, valid):
    gains = valid - valid[0]
    errors = np.sqrt((valid.var(axis=1, ddof=1) + valid[0].var(ddof=1)) / valid.shape[1])
    helps = gains.mean(axis=1) >= 2 * errors
    helps[0] = False
    best = np.argmax(np.where(helps, valid.mean(axis=1), -np.inf)) if helps.any() else 0
    return int(best), np.mean(train - valid, axis=1)
