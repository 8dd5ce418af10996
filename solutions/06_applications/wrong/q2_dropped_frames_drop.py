# Lets frames that were dropped drop others.
def keep_frames(frames, scores, limit):
    areas = np.prod(frames[:, 2:] - frames[:, :2], axis=1)
    order, kept = np.argsort(-scores), []
    for rank, place in enumerate(order):
        better = order[:rank]
        top_left = np.maximum(frames[place, :2], frames[better, :2])
        bottom_right = np.minimum(frames[place, 2:], frames[better, 2:])
        shared = np.prod((bottom_right - top_left).clip(0), axis=1)
        if np.all(shared / (areas[place] + areas[better] - shared) <= limit):
            kept.append(int(place))
    return np.array(kept, dtype=int)
