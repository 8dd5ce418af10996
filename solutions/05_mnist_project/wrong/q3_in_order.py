# Takes the first scans always: the seed does nothing.
def split_by_scan(scans, share, seed):
    different = np.unique(scans)
    test = np.isin(scans, different[: round(share * len(different))])
    return np.flatnonzero(~test), np.flatnonzero(test)
