# Returns the share that the commonest label has in the training set.
def accuracy_and_baseline(train_labels, test_labels, predictions):
    _, counts = np.unique(train_labels, return_counts=True)
    return np.mean(predictions == test_labels), counts.max() / len(train_labels)
