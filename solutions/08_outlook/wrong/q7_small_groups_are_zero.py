# Gives groups that are too small the share 0.
def three_gaps(labels, decisions, first, second, least):
    def gap(names):
        got = {}
        for name, label, decision in zip(names, labels, decisions, strict=True):
            if label == 1:
                got.setdefault(name, []).append(decision)
        shares = [np.mean(group) if len(group) >= least else 0 for group in got.values()]
        return max(shares) - min(shares) if len(shares) > 1 else 0.0

    return gap(first), gap(second), gap(zip(first, second, strict=True))
