namespace PgWorkflows.Server.Elsa;

/// <summary>A request that cannot be served, in the words and the shape that Elsa Studio shows (elsa-contract 3.11).</summary>
internal sealed class Refusal : Exception
{
    private readonly Dictionary<string, string[]> _errors;

    public Refusal(string field, params string[] reasons)
        : this(StatusCodes.Status400BadRequest, new Dictionary<string, string[]> { [field] = reasons })
    {
    }

    public Refusal(int status, string field, string reason)
        : this(status, new Dictionary<string, string[]> { [field] = [reason] })
    {
    }

    public Refusal(int status, Dictionary<string, string[]> errors)
        : base(string.Join(' ', errors.SelectMany(error => error.Value))) => (Status, _errors) = (status, errors);

    /// <summary>The field of errors that belong to no field of the request.</summary>
    public const string General = "generalErrors";

    public int Status { get; }

    public IResult ToResult() => Results.Json(
        new { statusCode = Status, message = "One or more errors occurred!", errors = _errors }, ElsaJson.Options, "application/problem+json", Status);

    /// <summary>Turns refusals of the handlers behind it into answers.</summary>
    public static async ValueTask<object?> Answer(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Refusal refusal)
        {
            return refusal.ToResult();
        }
        catch (BadHttpRequestException e) when (e.StatusCode is >= 400 and < 500)
        {
            return new Refusal(e.StatusCode, "body", e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The request is too large." : e.Message).ToResult();
        }
    }
}
