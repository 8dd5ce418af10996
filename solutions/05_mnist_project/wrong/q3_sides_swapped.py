# Returns the test side first.
def split_by_scan(scans, share, seed):
    different = np.random.default_rng(seed).permutation(np.unique(scans))
    test = np.isin(scans, different[: round(share * len(different))])
    return np.flatnonzero(test), np.flatnonzero(~test)
