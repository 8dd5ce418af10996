# Compares the shares of right decisions.
def three_gaps(labels, decisions, first, second, least):
    def gap(names):
        got = {}
        for name, label, decision in zip(names, labels, decisions, strict=True):
            got.setdefault(name, []).append(decision == label)
        shares = [np.mean(group) for group in got.values() if len(group) >= least]
        return max(shares) - min(shares) if len(shares) > 1 else 0.0

    return gap(first), gap(second), gap(zip(first, second, strict=True))
