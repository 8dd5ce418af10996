# Takes one mean and one deviation for all columns, as for the pixels of a picture.
def standardise(train, test):
    mean, deviation = np.nanmean(train), np.nanstd(train)
    return np.nan_to_num((train - mean) / deviation), np.nan_to_num((test - mean) / deviation)
