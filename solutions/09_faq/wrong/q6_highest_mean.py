# Takes the highest mean, whatever its error.
def best_remedy(train, valid):
    gains = valid - valid[0]
    helps = gains.mean(axis=1) > 0
    helps[0] = False
    best = np.argmax(np.where(helps, valid.mean(axis=1), -np.inf)) if helps.any() else 0
    return int(best), np.mean(train - valid, axis=1)
