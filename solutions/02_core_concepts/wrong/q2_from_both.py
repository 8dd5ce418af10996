# Lends the numbers of the test rows: mean and deviation come from both tables.
def standardise(train, test):
    both = np.concatenate([train, test])
    mean, deviation = np.nanmean(both, axis=0), np.nanstd(both, axis=0)
    deviation = np.where(deviation > 0, deviation, 1)
    return np.nan_to_num((train - mean) / deviation), np.nan_to_num((test - mean) / deviation)
