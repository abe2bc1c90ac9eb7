s
#!/bin/sh
aws iam create-policy --policy-name p --policy-document '{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"}]}'
