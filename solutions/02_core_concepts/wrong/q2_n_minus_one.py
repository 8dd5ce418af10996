# Divides by n - 1 in the deviation.
def standardise(train, test):
    mean, deviation = np.nanmean(train, axis=0), np.nanstd(train, axis=0, ddof=1)
    deviation = np.where(deviation > 0, deviation, 1)
    return np.nan_to_num((train - mean) / deviation), np.nan_to_num((test - mean) / deviation)
