"""What a deployment is made of: the artefact, its CloudFormation template, and the commands that put it into an account."""
