"""Where Graph's access reviews lie."""

AR = "/v1.0/identityGovernance/accessReviews/definitions"
ONE = AR + "/{definition_id}"
INSTANCES = ONE + "/instances"
INSTANCE = INSTANCES + "/{instance_id}"
DECISIONS = INSTANCE + "/decisions"
