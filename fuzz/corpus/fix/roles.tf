h
data "aws_iam_policy_document" "read" {
  statement {
    sid     = ""
    actions = ["s3:Get*", "s3:GetObject"] # all
    resources = [
      "arn:aws:s3:::a/*",
      "arn:aws:s3:::a/b",
    ]
    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = ["eu-west-1", "eu-west-1", var.region]
    }
  }
}

resource "aws_iam_role" "reader" {
  name = "reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = ""
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = ["sts:AssumeRole", "sts:AssumeRole"]
    }]
  })
  inline_policy {
    name   = "p"
    policy = <<EOF
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "*"}]}
EOF
  }
}
