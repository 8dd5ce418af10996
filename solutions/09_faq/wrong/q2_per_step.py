# Takes the steepest step and does not look at how far the rate grew.
def steepest_rate(rates, losses, beta):
    smooth, m = [], 0.0
    for i, loss in enumerate(losses, 1):
        m = beta * m + (1 - beta) * loss
        s = m / (1 - beta**i)
        if not np.isfinite(loss) or (smooth and s > 4 * min(smooth)):
            break
        smooth.append(s)
    smooth = np.array(smooth)
    slopes = smooth[2:] - smooth[:-2]
    return rates[1 + np.argmin(slopes)], smooth
