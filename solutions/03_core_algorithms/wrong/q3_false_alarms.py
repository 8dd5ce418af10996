# Returns the share of the healthy who are alarmed.
def threshold_for(truth, risk, wanted):
    ill = np.sort(risk[truth == 1])[::-1]
    threshold = ill[int(np.ceil(wanted * len(ill))) - 1]
    return threshold, np.mean(risk[truth == 0] >= threshold)
