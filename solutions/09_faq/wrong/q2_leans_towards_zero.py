# Leaves out the correction of the first values.
def steepest_rate(rates, losses, beta):
    smooth, m = [], 0.0
    for loss in losses:
        m = beta * m + (1 - beta) * loss
        s = m
        if not np.isfinite(loss) or (smooth and s > 4 * min(smooth)):
            break
        smooth.append(s)
    smooth, logs = np.array(smooth), np.log(rates[: len(smooth)])
    slopes = (smooth[2:] - smooth[:-2]) / (logs[2:] - logs[:-2])
    return rates[1 + np.argmin(slopes)], smooth
