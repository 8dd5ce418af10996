# Counts the cosine from the first step, so that the rate jumps after the warm-up.
def rates_at(steps, warm_up, total, top, bottom):
    done = np.asarray(steps) + 1
    progress = np.clip(done / total, 0, 1)
    falling = bottom + (top - bottom) * (1 + np.cos(np.pi * progress)) / 2
    return np.where(done < warm_up, top * done / max(warm_up, 1), falling)
