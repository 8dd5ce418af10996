# Moves the appeal by the mean of the known errors, not by their sum.
def one_step(ratings, mean, people, films, appeal, learning_rate, penalty):
    errors = ratings - mean - appeal - people @ films.T
    mean_error = np.nanmean(errors, axis=0)
    errors = np.nan_to_num(errors)
    new_people = people - learning_rate * (-2 * errors @ films + 2 * penalty * people)
    new_films = films - learning_rate * (-2 * errors.T @ people + 2 * penalty * films)
    return new_people, new_films, appeal + learning_rate * 2 * mean_error
