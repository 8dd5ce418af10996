# Divides a constant column by a tiny number instead of leaving its scale alone.
def standardise(train, test):
    mean, deviation = np.nanmean(train, axis=0), np.nanstd(train, axis=0) + 1e-8
    return np.nan_to_num((train - mean) / deviation), np.nan_to_num((test - mean) / deviation)
