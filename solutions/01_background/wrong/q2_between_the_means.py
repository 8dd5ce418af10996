# Puts the threshold halfway between the means of the two classes.
def learn_rule(feature, labels):
    low, high = feature[labels == -1].mean(), feature[labels == 1].mean()
    threshold, direction = (low + high) / 2, 1 if high > low else -1
    return threshold, direction, np.sum(np.where(feature > threshold, direction, -direction) != labels)
