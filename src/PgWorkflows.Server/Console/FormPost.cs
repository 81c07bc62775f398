using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;
using PgWorkflows.Server.Access;

namespace PgWorkflows.Server.Console;

/// <summary>The way in for forms: small, few fields, and from a page of ours.</summary>
internal static class FormPost
{
    /// <summary>Longer fields than any that a page asks for are refused before anything looks at them.</summary>
    private const int LongestField = 4096;

    private const int LargestBody = 64 * 1024;

    private static readonly FormOptions Limits = new() { ValueCountLimit = 20, KeyLengthLimit = 100, ValueLengthLimit = LongestField, BufferBodyLengthLimit = LargestBody };

    public static IEndpointConventionBuilder MapForm(this IEndpointRouteBuilder routes, string pattern, Func<HttpContext, Form, Task<IResult>> handler) =>
        routes.MapPost(pattern, async (HttpContext context) => await (await HandleAsync(context, handler)).ExecuteAsync(context));

    public static IEndpointConventionBuilder MapPage(this IEndpointRouteBuilder routes, string pattern, Func<HttpContext, Task<IResult>> handler) =>
        routes.MapGet(pattern, async (HttpContext context) => await (await handler(context)).ExecuteAsync(context));

    private static async Task<IResult> HandleAsync(HttpContext context, Func<HttpContext, Form, Task<IResult>> handler)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = LargestBody;
        if (!context.Request.HasFormContentType)
            return MessagePage.Show(context, StatusCodes.Status415UnsupportedMediaType, "This address takes forms only.");
        context.Features.Set<IFormFeature>(new FormFeature(context.Request, Limits));
        IFormCollection fields;
        try
        {
            fields = await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException e)
        {
            return MessagePage.Show(context, StatusCodes.Status400BadRequest, $"The form is too large: {e.Message}");
        }

        if (!await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            await context.RequestServices.GetRequiredService<Auditor>().RefusedAsync(context, "The antiforgery token is missing or wrong.");
            return MessagePage.Show(context, StatusCodes.Status400BadRequest, Page.Of(context).Say(Texts.FormExpired));
        }

        return await handler(context, new(fields));
    }
}

/// <summary>The fields of a form.</summary>
internal sealed class Form(IFormCollection fields)
{
    /// <summary>A field's text, empty when it is missing or there twice.</summary>
    public string this[string name] => fields.TryGetValue(name, out var values) && values.Count == 1 ? values.ToString() : "";

    /// <summary>Where to go back to: only places of this server.</summary>
    public string ReturnUrl => LocalPath(this["returnUrl"]);

    public static string LocalPath(string path) =>
        path is ['/', ..] and not ['/', '/', ..] and not ['/', '\\', ..] && path.Length <= 2000 && !path.Any(char.IsControl) ? path : "/";
}
