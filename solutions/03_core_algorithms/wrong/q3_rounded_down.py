# Rounds the number of the ill who must be found down.
def threshold_for(truth, risk, wanted):
    ill = np.sort(risk[truth == 1])[::-1]
    threshold = ill[max(int(wanted * len(ill)), 1) - 1]
    return threshold, np.mean(risk[truth == 0] < threshold)
