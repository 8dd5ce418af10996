# Fails when no group counts.
def three_gaps(labels, decisions, first, second, least):
    def gap(names):
        got = {}
        for name, label, decision in zip(names, labels, decisions, strict=True):
            if label == 1:
                got.setdefault(name, []).append(decision)
        shares = [np.mean(group) for group in got.values() if len(group) >= least]
        return max(shares) - min(shares)

    return gap(first), gap(second), gap(zip(first, second, strict=True))
