# Ends in a logit for each class, where one is asked for.
def part_spirals(points, sides):
    keras.utils.set_random_seed(0)
    hidden = [layers.Dense(9, activation="relu") for _ in range(2)]
    model = keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(2)])
    train(model, points, sides, keras.losses.SparseCategoricalCrossentropy(from_logits=True), 400)
    return model.get_weights()
